"""Pure decisions on plain values: no clock, no I/O; `now` and `at` are always arguments, aware and in UTC."""
