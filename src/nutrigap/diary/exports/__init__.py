"""Readers of what food-logging programs export, one module each; ``layouts.LAYOUTS`` names them."""
