package dev.lockstep.tests;

import dev.lockstep.app.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The real command line, held at its very end: once it has wiped its memory, a hook of this class says so with a file and waits for
 * another one. It wipes nothing itself. To find the app's own hook it looks into the JDK ({@code --add-opens java.base/java.lang}).
 *
 * <p>Arguments: a folder for the files, then the app's.
 */
final class AppAtExit {
    static final String WIPED = "wiped";
    static final String GO = "go";

    private static volatile Thread wipingHook;

    private AppAtExit() {
    }

    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> waitAtTheEnd(folder, wipingHook), "held at the end"));
        Thread.ofPlatform().daemon().start(AppAtExit::findTheAppsHook);
        Main.main(Arrays.copyOfRange(args, 1, args.length));
    }

    /** It is registered before the app does anything else, long before anything can end. */
    private static void findTheAppsHook() {
        try {
            var field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
            field.setAccessible(true);
            while (wipingHook == null) {
                Map<?, ?> hooks = (Map<?, ?>) field.get(null);
                synchronized (Class.forName("java.lang.ApplicationShutdownHooks")) {
                    wipingHook = hooks.keySet().stream().map(Thread.class::cast).filter(hook -> hook.getName().equals("lockstep-end"))
                            .findFirst().orElse(null);
                }
                Thread.sleep(1);
            }
        } catch (ReflectiveOperationException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void waitAtTheEnd(Path folder, Thread wiping) {
        try {
            while (wiping.getState() == Thread.State.NEW) {
                Thread.sleep(1);
            }
            wiping.join();
            Files.createFile(folder.resolve(WIPED));
            while (Files.notExists(folder.resolve(GO))) {
                Thread.sleep(10);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
