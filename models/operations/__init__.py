"""The verbs: one module a register. Each guards, changes and leaves events; none commits or reads a clock."""
