/**
 * The command line. {@link dev.lockstep.app.Main} runs it; each command is a class that reads its options, calls the public API,
 * and writes results to stdout and everything else to stderr.
 */
package dev.lockstep.app;
