package dev.lockstep.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testkit.Cli.Result;
import dev.lockstep.testkit.FakeDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jdk.jfr.Configuration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A planted prompt and its answer are in no log, no recording and no message, whatever is recorded. The prompt comes by standard input: what
 * is on a command line, the system and the JVM know and record (docs/guard.md).
 */
class GuardContentTest {
    private static final String PROMPT = "Seven purple walruses signed the Zwickau protocol";

    /** Shorter pieces of an answer could be anybody's words. */
    private static final int PIECE = 12;

    /** From one piece to the next: whatever is left of a text that is as long as both has a piece in it. */
    private static final int STEP = 8;

    @TempDir
    private Path folder;

    /** What would be in whatever is left of a text. */
    private static List<String> pieces(String text) {
        var pieces = new ArrayList<String>();
        for (int at = 0; at + PIECE <= text.length(); at += STEP) {
            pieces.add(text.substring(at, at + PIECE));
        }
        return pieces;
    }

    private static void assertNothingOf(List<String> pieces, String where, String text) {
        assertThat(pieces.stream().filter(text::contains)).as(where).isEmpty();
    }

    private static String bytes(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static Set<String> typesOfEventsWithout(List<String> pieces, Path recorded) throws IOException {
        var types = new TreeSet<String>();
        try (var events = new RecordingFile(recorded)) {
            while (events.hasMoreEvents()) {
                var event = events.readEvent();
                types.add(event.getEventType().getName());
                assertNothingOf(pieces, event.getEventType().getName(), event.toString());
            }
        }
        return types;
    }

    @Test
    void aRefusalRepeatsNothingThatCouldBeATextAndItsRecordNamesNoFolders() throws IOException {
        var machine = new GuardedMachine(folder);
        machine.device().mode(FakeDevice.MODEL, "rw-rw-rw-");
        Result unknown = machine.run("run", "--model", FakeDevice.MODEL, "-p", "Once", "--data-class", PROMPT);
        assertThat(unknown.err()).contains("lockstep: refused: dataClass.known: ");
        Result unfit = machine.runWithInput(PROMPT, "run", "--model", FakeDevice.MODEL);
        assertThat(unfit.err()).contains("lockstep: refused: posture.model.files: ").contains(FakeDevice.MODEL);
        assertNothingOf(pieces(PROMPT), "stderr", unknown.err() + unfit.err());
        assertNothingOf(pieces(PROMPT), "the log", machine.records().toString());
        assertThat(machine.records().toString()).contains("model.gguf").doesNotContain("/srv/models");
    }

    @Test
    void nothingOfAPromptOrItsAnswerIsRecordedAnywhere() throws Exception {
        var machine = new GuardedMachine(folder);
        Path recorded = folder.resolve("all.jfr");
        Path prompt = Files.writeString(folder.resolve("unread"), PROMPT);
        Result result;
        try (var recording = new Recording(Configuration.getConfiguration("profile"))) {
            FlightRecorder.getFlightRecorder().getEventTypes().forEach(type -> recording.enable(type.getName()).withoutStackTrace());
            // whose messages are recorded: all of them
            recording.enable("jdk.JavaExceptionThrow").withoutStackTrace().with("throttle", "off");
            recording.start();
            result = machine.runWithInput(PROMPT, "run", "--no-echo", "--verbose", "-n", "24");
            recording.stop();
            recording.dump(recorded);
        }
        assertThat(result.exitCode()).as(result.err()).isZero();
        String answer = result.text();
        List<String> pieces = pieces(PROMPT);
        assertThat(pieces(answer)).as("the answer").isNotEmpty();
        pieces.addAll(pieces(answer));
        assertNothingOf(pieces, "stderr", result.err());
        try (var files = Files.walk(machine.home())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertNothingOf(pieces, file.toString(), bytes(file));
            }
        }
        assertThat(typesOfEventsWithout(pieces, recorded)).contains("dev.lockstep.Generation", "dev.lockstep.Wipe", "dev.lockstep.AuditAppend");
        assertNothingOf(pieces, "the recording", bytes(recorded));
        assertThat(bytes(prompt)).as("what would be found").contains(pieces.getFirst());
    }
}
