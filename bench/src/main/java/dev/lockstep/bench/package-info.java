/**
 * How fast the parts are: each suite answers one question, has its baseline next to it, and checks its own answers
 * before it measures. {@code bench/run} runs them; {@code bench/RESULTS.md} says how results are recorded.
 */
package dev.lockstep.bench;
