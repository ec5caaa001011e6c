"""Files, devices and host platforms, one thin module per host: the only package that reads or writes."""
