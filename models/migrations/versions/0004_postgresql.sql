-- Requests for a new password: asked for at sign-in, approved by an administrator, set in the browser that asked.

CREATE TABLE password_requests (
    id BIGSERIAL NOT NULL,
    staff_id BIGINT,
    secret_digest TEXT NOT NULL,
    code TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    approved_by_id BIGINT,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_password_requests PRIMARY KEY (id),
    CONSTRAINT uq_password_requests_secret_digest UNIQUE (secret_digest),
    CONSTRAINT ck_password_requests_approval_is_complete CHECK ((approved_at IS NULL) = (approved_by_id IS NULL)),
    CONSTRAINT ck_password_requests_approved_by_another CHECK (approved_by_id <> staff_id),
    CONSTRAINT fk_password_requests_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_password_requests_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES staff (id),
    CONSTRAINT ck_password_requests_secret_digest_length CHECK (length(secret_digest) <= 64),
    CONSTRAINT ck_password_requests_code_length CHECK (length(code) <= 10),
    CONSTRAINT ck_password_requests_address_length CHECK (length(address) <= 60)
);

CREATE INDEX ix_password_requests_staff_id ON password_requests (staff_id);
