"""What people publish and whom they follow."""
