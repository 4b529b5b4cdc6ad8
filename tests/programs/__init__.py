"""Programs that the tests start as processes of their own: to race each other, and to be killed."""
