"""`python -m tests.simulation --weeks 200`: simulated weeks, one seed each; a seed that fails is printed, and replays.

    --seed S        the first seed (default 1)
    --weeks N       how many (default 10)
    --trace         print all that happened
    --postgresql    on PostgreSQL instead of SQLite
"""
