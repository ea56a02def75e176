"""Which parcel each open order gets, from where, and why: rules, a certificate, and the explanation kept with each."""
