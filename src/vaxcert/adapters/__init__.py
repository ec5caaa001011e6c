"""Files, devices and host platforms: the only package that reads or writes anything. One thin module per host."""
