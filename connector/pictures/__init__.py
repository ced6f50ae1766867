"""Pictures of products: rendered small enough for devices, and kept beside the catalog in `pictures`."""
