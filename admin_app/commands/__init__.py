"""The commands of ``frontdesk``, one module each; the module's ``command`` is loaded when it is asked for."""
