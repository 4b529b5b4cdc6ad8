"""The machine of a register's pages: scope, list, record, steps, editing, bulk, export, saved views."""
