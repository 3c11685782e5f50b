package dev.lockstep.tests;

import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.gate.ModelGate;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.gate.SessionGate;
import dev.lockstep.loader.gate.Usage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes down what it is asked and told, and refuses at the points that it was given. */
final class RecordingGate implements ModelGate {
    /** What can be asked or told. */
    enum Point { OPENING, REJECTED, VERIFIED, CLOSED, SESSION_OPENING, GENERATING, GENERATED, SAVING, SESSION_CLOSED }

    /** What was asked or told, and with which numbers. */
    record Call(Point point, String detail) { }

    static final String RULE = "test.rule";

    private final Set<Point> refused;
    private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());

    private volatile boolean stopped;

    private RecordingGate(Set<Point> refused) {
        this.refused = refused;
    }

    static RecordingGate refusingAt(Point... points) {
        return new RecordingGate(Set.of(points));
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The points that were passed, in order. */
    List<Point> points() {
        return calls().stream().map(Call::point).toList();
    }

    /** With what it was asked or told at a point, each time. */
    List<String> details(Point point) {
        return calls().stream().filter(call -> call.point() == point).map(Call::detail).collect(Collectors.toList());
    }

    /** Whatever is running may not go on. */
    void stop() {
        stopped = true;
    }

    void forget() {
        calls.clear();
    }

    private void at(Point point, Object detail) {
        calls.add(new Call(point, detail.toString()));
        if (refused.contains(point)) {
            throw new RefusedException(RULE, "not here, not now");
        }
    }

    @Override
    public void opening(Path model) {
        at(Point.OPENING, model);
    }

    @Override
    public void rejected(Path model, String reason) {
        at(Point.REJECTED, reason);
    }

    @Override
    public void verified(Path model, Provenance provenance, long version) {
        at(Point.VERIFIED, provenance.sha256() + ' ' + version);
    }

    @Override
    public void closed(Path model, Provenance provenance, long zeroedBytes) {
        at(Point.CLOSED, zeroedBytes);
    }

    @Override
    public SessionGate session(Path model, Provenance provenance) {
        return new SessionGate() {
            @Override
            public void opening(int context) {
                at(Point.SESSION_OPENING, context);
            }

            @Override
            public void generating(long promptTokens, long maxTokens) {
                at(Point.GENERATING, promptTokens + " " + maxTokens);
            }

            /** Not written down: nobody says how often it is asked. */
            @Override
            public void continuing() {
                if (stopped) {
                    throw new RefusedException(RULE, "not any more");
                }
            }

            @Override
            public void generated(Usage usage) {
                at(Point.GENERATED, usage.promptTokens() + " " + usage.generatedTokens() + " " + usage.outcome());
            }

            @Override
            public void saving() {
                at(Point.SAVING, "");
            }

            @Override
            public void closed(long zeroedBytes) {
                at(Point.SESSION_CLOSED, zeroedBytes);
            }
        };
    }
}
