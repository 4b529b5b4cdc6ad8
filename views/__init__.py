"""The pages of the front desk: Flask-Admin views over the shared database; no rule lives here."""
