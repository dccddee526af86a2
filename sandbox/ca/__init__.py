"""A CA 证书机构 that renews certificates and really issues them."""
