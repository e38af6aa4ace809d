"""Tests of core.realtime."""
