"""A project read and put together."""
