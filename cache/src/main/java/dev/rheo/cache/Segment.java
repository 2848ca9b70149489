package dev.rheo.cache;

/** One file of the spool. */
final class Segment {}
