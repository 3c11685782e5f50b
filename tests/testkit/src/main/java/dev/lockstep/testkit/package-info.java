/** Tools for tests: where shared data lies, how to run the command line in a process, what a process's memory holds. */
package dev.lockstep.testkit;
