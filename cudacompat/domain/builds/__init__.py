"""How engines are built."""
