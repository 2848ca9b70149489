package dev.rheo.server.metrics;

/**
 * Figures of the verification of tokens.
 *
 * @param remembered tokens whose outcome is remembered
 * @param bytes heap of these
 * @param limitBytes the most that these may take
 * @param waiting tokens that wait to be verified
 * @param signatures signatures that were verified
 * @param refusals tokens that were refused because too many waited
 */
public record TokenStats(
    int remembered, long bytes, long limitBytes, int waiting, long signatures, long refusals) {}
