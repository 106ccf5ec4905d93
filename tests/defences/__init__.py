"""Each defence alone: what another one behind it would catch must not hide that this one is gone."""
