"""The client's side: connections, requests, and what answers them."""
