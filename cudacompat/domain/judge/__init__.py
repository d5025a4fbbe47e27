"""The loading rules, from one module to a whole artifact."""
