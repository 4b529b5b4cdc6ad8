"""What the database refuses of a loan whoever writes it: a key that is not here, a missing consent (KEY-2, KEY-3)."""

from models.errors import gettext_noop

_UNENDED = "NEW.returned_at IS NULL AND NEW.lost_at IS NULL"
_UNAPPROVED = f"{_UNENDED} AND NEW.borrower_kind IN ('staff', 'other')"
_CONSENT = (
    "EXISTS (SELECT 1 FROM key_approvals WHERE id = NEW.approval_id AND key_id = NEW.key_id"
    " AND status IN ('approved', 'used'))"
)
# What has to hold of a row that is written, by the columns that decide it: a wrong row of old can still be ended.
_LENDING = ("key_id, returned_at, lost_at", "key_id, borrower_kind, approval_id, returned_at, lost_at", "borrower_name")
LOAN_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER guard_key_loans_{name}_{what} BEFORE {when} ON key_loans WHEN {condition} BEGIN\n"
        f"  SELECT RAISE(ABORT, 'key_loans_{name}'){where};\nEND"
        for name, columns, condition, where in (
            (
                "key_here",
                _LENDING[0],
                _UNENDED,
                " WHERE EXISTS (SELECT 1 FROM keys WHERE id = NEW.key_id"
                " AND (lost_at IS NOT NULL OR handed_back_at IS NOT NULL))",
            ),
            ("approved", _LENDING[1], _UNAPPROVED, f" WHERE NOT {_CONSENT}"),
            ("borrower_named", _LENDING[2], "length(trim(NEW.borrower_name)) = 0", ""),
        )
        for what, when in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}"))
    ),
    "postgresql": (
        # The key is locked: whoever hands it back at the same time goes before or after.
        """CREATE OR REPLACE FUNCTION guard_key_here() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone boolean;
BEGIN
  SELECT lost_at IS NOT NULL OR handed_back_at IS NOT NULL INTO gone FROM keys WHERE id = NEW.key_id FOR SHARE;
  IF gone THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END $$""",
        f"""CREATE OR REPLACE FUNCTION guard_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT {_CONSENT} THEN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NEW;
END $$""",
        f"CREATE TRIGGER guard_key_loans_key_here BEFORE INSERT OR UPDATE OF {_LENDING[0]} ON key_loans FOR EACH ROW"
        f" WHEN ({_UNENDED}) EXECUTE FUNCTION guard_key_here('key_loans_key_here')",
        f"CREATE TRIGGER guard_key_loans_approved BEFORE INSERT OR UPDATE OF {_LENDING[1]} ON key_loans FOR EACH ROW"
        f" WHEN ({_UNAPPROVED}) EXECUTE FUNCTION guard_approved('key_loans_approved')",
        f"CREATE TRIGGER guard_key_loans_named BEFORE INSERT OR UPDATE OF {_LENDING[2]} ON key_loans FOR EACH ROW"
        " WHEN (length(trim(NEW.borrower_name)) = 0) EXECUTE FUNCTION guard_refuse('key_loans_borrower_named')",
    ),
}
LOAN_SENTENCES = {
    "key_loans_key_here": ("KEY-2", gettext_noop("A key that is lost or was handed back for good is not lent.")),
    "key_loans_approved": (
        "KEY-3",
        gettext_noop("This borrower needs a supervisor's approval for this key before it leaves."),
    ),
    "key_loans_borrower_named": ("KEY-2", gettext_noop("A loan names its borrower.")),
}
