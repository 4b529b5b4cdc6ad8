"""What stands still in the tests: the keys and the present."""

import datetime

DATA_KEY = b"a data key of the tests, 32 bytes or more"
SECRET_KEY = "a secret key of the tests, 32 bytes or more"
NOW = datetime.datetime(2026, 11, 18, 2, 0, tzinfo=datetime.UTC)  # a Wednesday, 10:00 in Shanghai
