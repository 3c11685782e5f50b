package dev.lockstep.guard.posture;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Java that runs this program, as it is at a moment: some options can be changed while it runs.
 *
 * @param options values of the VM options in {@link JvmFlags}, by name; those that this VM does not have are missing
 * @param arguments all that the VM was started with, those from files and the environment included
 * @param variables names of the environment's variables; never their values, which may be secrets
 * @param modules names of the modules in the boot layer
 * @param builtAt when this program was built; the clock cannot be before it
 */
public record JvmView(Map<String, String> options, List<String> arguments, Set<String> variables, Set<String> modules, Instant builtAt) {
    /** Of the build, not of the machine that made it: the same sources give the same jars. */
    private static final Instant BUILT_AT = readBuildTime();

    public JvmView {
        options = Map.copyOf(options);
        arguments = List.copyOf(arguments);
        variables = Set.copyOf(variables);
        modules = Set.copyOf(modules);
    }

    /** The Java that runs this. */
    public static JvmView ofThisProcess() {
        return new JvmView(wantedOptions(), ManagementFactory.getRuntimeMXBean().getInputArguments(), System.getenv().keySet(),
                ModuleLayer.boot().modules().stream().map(Module::getName).collect(Collectors.toSet()), BUILT_AT);
    }

    private static Instant readBuildTime() {
        try (var text = JvmView.class.getResourceAsStream("build-time")) {
            return Instant.parse(new String(text.readAllBytes(), StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> wantedOptions() {
        var machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        var options = new HashMap<String, String>();
        if (machine != null) {
            for (JvmFlags each : JvmFlags.values()) {
                value(machine, each.flag()).ifPresent(value -> options.put(each.flag(), value));
            }
        }
        return options;
    }

    private static Optional<String> value(HotSpotDiagnosticMXBean machine, String name) {
        try {
            return Optional.of(machine.getVMOption(name).getValue());
        } catch (IllegalArgumentException e) {
            // another kind or version of VM
            return Optional.empty();
        }
    }
}
