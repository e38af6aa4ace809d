"""How dates are written where no template says otherwise, which is in the admin: as everywhere else."""
