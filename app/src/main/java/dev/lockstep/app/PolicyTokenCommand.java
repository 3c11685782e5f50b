package dev.lockstep.app;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.lockstep.guard.policy.ServiceToken;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lockstep policy token}: a token for a service. It is shown once; nothing else of this program ever knows it. */
@Command(name = "token", description = "Makes a token for a service: prints it on standard output, once, and what to put into the policy on standard error.")
final class PolicyTokenCommand extends IoCommand {
    /** A year: a proposal, for whoever writes the policy to shorten. */
    private static final int DAYS = 365;

    @Parameters(paramLabel = "NAME", description = "Of the service.")
    private String name;

    @Override
    public Integer call() {
        try (var token = ServiceToken.generate()) {
            String end = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(DAYS, ChronoUnit.DAYS).toString();
            io.err().println("lockstep: the token goes into a file that the service alone can read (chmod 600), and nowhere else; this goes into the"
                    + " \"principals\" of the policy, with the data classes that it may process:");
            io.err().println(Json.pretty(Json.object().put("type", "service").put("name", name).put("tokenSha256", token.sha256()).put("notAfter", end)));
            print(token);
        }
        return ExitCode.OK;
    }

    private void print(ServiceToken token) {
        byte[] text = token.copyOfText();
        try (var memory = SecureArena.open("token")) {
            MemorySegment segment = memory.allocate(text.length);
            MemorySegment.copy(text, 0, segment, JAVA_BYTE, 0, text.length);
            io.write(segment);
            io.println("");
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }
}
