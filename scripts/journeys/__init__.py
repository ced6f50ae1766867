"""Whole journeys over every part of Roadbook: the demo and Northwind's orders."""
