package dev.lockstep.guard.monitor;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Sums in memory, for who has nothing to bind to. Safe for any number of threads; none of them waits for another. */
public final class SimpleMetrics implements Metrics {
    private final Map<Counter, LongAdder> counters = filled(Counter.class, LongAdder::new);
    private final Map<Timing, Sums> timings = filled(Timing.class, Sums::new);

    /** With all sums at 0. */
    public SimpleMetrics() {
    }

    private static final class Sums {
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
    }

    /**
     * How long something took so far.
     *
     * @param count how often it was done
     * @param nanos all of it together, in ns
     * @param maxNanos the longest, in ns
     */
    public record Times(long count, long nanos, long maxNanos) { }

    /** All sums at about one moment: work that goes on meanwhile may be in one of them and not yet in another. */
    public record Snapshot(Map<Counter, Long> counters, Map<Timing, Times> timings) {
        public Snapshot {
            counters = Map.copyOf(counters);
            timings = Map.copyOf(timings);
        }
    }

    @Override
    public void count(Counter counter, long amount) {
        counters.get(counter).add(amount);
    }

    @Override
    public void time(Timing timing, long nanos) {
        Sums sums = timings.get(timing);
        sums.count.increment();
        sums.nanos.add(nanos);
        sums.longest.accumulate(nanos);
    }

    public Snapshot snapshot() {
        var counts = new EnumMap<Counter, Long>(Counter.class);
        counters.forEach((counter, sum) -> counts.put(counter, sum.sum()));
        var times = new EnumMap<Timing, Times>(Timing.class);
        timings.forEach((timing, sums) -> times.put(timing, new Times(sums.count.sum(), sums.nanos.sum(), sums.longest.get())));
        return new Snapshot(counts, times);
    }

    /** All keys are there from the beginning, so that the map is only read later. */
    private static <K extends Enum<K>, V> Map<K, V> filled(Class<K> keys, Supplier<V> value) {
        var map = new EnumMap<K, V>(keys);
        for (K key : keys.getEnumConstants()) {
            map.put(key, value.get());
        }
        return map;
    }
}
