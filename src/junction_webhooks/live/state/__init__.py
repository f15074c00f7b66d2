"""What a service believes about the orders of a story, and whether the order of arrival changed that."""
