package dev.lockstep.app;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Hands every command the {@link Io} of this run. */
record CommandFactory(Io io) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
        K created = CommandLine.defaultFactory().create(type);
        if (created instanceof IoCommand command) {
            command.io = io;
        }
        return created;
    }
}
