"""Tests of the machine, its packages among them."""
