package dev.lockstep.app;

import java.util.concurrent.Callable;

/** A command with input and output, set before it is called. */
abstract class IoCommand implements Callable<Integer> {
    Io io;
}
