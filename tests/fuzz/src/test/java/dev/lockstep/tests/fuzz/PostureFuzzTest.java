package dev.lockstep.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.guard.internal.posture.Mount;
import dev.lockstep.guard.internal.posture.Mounts;
import dev.lockstep.guard.internal.posture.ProcessStatus;
import dev.lockstep.guard.internal.posture.SwapAreas;
import dev.lockstep.guard.posture.UnseenException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Any bytes as what a kernel says in its tables: unseen, or a table that can be asked. */
class PostureFuzzTest {
    @FuzzTest
    void readsOrLeavesUnseen(byte[] file) {
        check(file);
    }

    /** In how many of the three formats the text is a table. */
    static int check(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        int readable = 0;
        for (Table table : List.<Table>of(PostureFuzzTest::mounts, SwapAreas::parse, PostureFuzzTest::status)) {
            try {
                table.read(text);
                readable++;
            } catch (UnseenException e) {
                // the one exception that is documented
            }
        }
        return readable;
    }

    @FunctionalInterface
    private interface Table {
        void read(String text) throws UnseenException;
    }

    private static void mounts(String text) throws UnseenException {
        Mounts mounts = Mounts.parse(text);
        for (String path : List.of("/", "/home", "/data/models/a b")) {
            Mount mount = mounts.of(path);
            if (!path.startsWith(mount.point())) {
                throw new IllegalStateException(path + " is said to lie in " + mount.point());
            }
            mount.superOption("lowerdir");
        }
    }

    private static void status(String text) throws UnseenException {
        ProcessStatus.parse("status", text).value("Uid");
    }
}
