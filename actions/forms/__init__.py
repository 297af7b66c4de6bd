"""Forms: one mechanism (base), and what each slot accepts (reading)."""
