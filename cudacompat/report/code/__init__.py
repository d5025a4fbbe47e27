"""What an artifact carries, put together for people: by target, by list, by kernel."""
