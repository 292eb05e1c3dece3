package io.millrace.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One partition: records and transaction markers at ascending offsets, of which some may be missing after compaction. Offsets are given to
 * both, so a reader of committed records sees gaps.
 */
final class PartitionLog {
    /** How the transaction of some records has ended in this partition. */
    enum State {
        OPEN,
        COMMITTED,
        ABORTED
    }

    /** The records that one transaction has written here. */
    static final class Part {
        private final long firstOffset;
        private State state = State.OPEN;

        Part(long firstOffset, State state) {
            this.firstOffset = firstOffset;
            this.state = state;
        }

        State state() {
            return state;
        }
    }

    /** @param part null for a marker */
    record Entry(
            long offset,
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers,
            @Nullable Part part) {
        boolean isMarker() {
            return part == null;
        }

        boolean isCommitted() {
            return part != null && part.state == State.COMMITTED;
        }
    }

    /** @param nextOffset behind everything that was looked at */
    record Fetched(List<Entry> entries, long nextOffset) {}

    private final TopicPartition partition;
    private final Map<Long, Part> open = new LinkedHashMap<>();
    private final List<Entry> history = new ArrayList<>();
    private List<Entry> entries = new ArrayList<>();
    private long startOffset;
    private long endOffset;

    PartitionLog(TopicPartition partition) {
        this.partition = partition;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Appends outside of any transaction. */
    long append(long timestampMs, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return add(timestampMs, key, value, headers, new Part(endOffset, State.COMMITTED));
    }

    long append(long producer, long timestampMs, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return add(
                timestampMs, key, value, headers, open.computeIfAbsent(producer, id -> new Part(endOffset, State.OPEN)));
    }

    private long add(
            long timestampMs, byte @Nullable [] key, byte @Nullable [] value, Headers headers, @Nullable Part part) {
        Entry entry = new Entry(endOffset, timestampMs, key, value, headers, part);
        entries.add(entry);
        history.add(entry);
        return endOffset++;
    }

    /** Writes the marker that ends a producer's transaction here. */
    void mark(long producer, long timestampMs, boolean commit, Headers headers) {
        Part part = open.remove(producer);
        if (part != null) {
            part.state = commit ? State.COMMITTED : State.ABORTED;
        }
        add(timestampMs, null, null, headers, null);
    }

    long startOffset() {
        return startOffset;
    }

    /** The high watermark: the simulated cluster never loses what it has acknowledged. */
    long endOffset() {
        return endOffset;
    }

    /** The first offset of the oldest open transaction, or the end. */
    long lastStableOffset() {
        long least = endOffset;
        for (Part part : open.values()) {
            least = Math.min(least, part.firstOffset);
        }
        return least;
    }

    boolean hasOpenTransaction() {
        return !open.isEmpty();
    }

    /** At most so many visible records from an offset that is within the log. */
    Fetched fetch(long from, int most, boolean committed) {
        long end = committed ? lastStableOffset() : endOffset;
        List<Entry> found = new ArrayList<>();
        long next = from;
        for (int i = indexOf(from); i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.offset >= end || found.size() == most) {
                return new Fetched(found, Math.max(next, from));
            }
            next = entry.offset + 1;
            if (!entry.isMarker() && (!committed || entry.isCommitted())) {
                found.add(entry);
            }
        }
        // What was compacted away at the end of the log is passed over, too.
        return new Fetched(found, Math.max(end, from));
    }

    /** The index of the first entry at or behind an offset. */
    private int indexOf(long offset) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).offset < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Deletes what is below an offset. */
    void deleteBefore(long offset) {
        startOffset = Math.max(startOffset, Math.min(offset, endOffset));
        entries = new ArrayList<>(entries.subList(indexOf(startOffset), entries.size()));
    }

    /**
     * Removes, below the last stable offset, records that a later one of the same key has replaced, tombstones that are old enough, and
     * what was aborted. Offsets do not change.
     */
    void compact(long tombstonesBeforeMs) {
        long stable = lastStableOffset();
        Set<ByteBuffer> later = new HashSet<>();
        List<Entry> kept = new ArrayList<>();
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.offset >= stable || isNeeded(entry, later, tombstonesBeforeMs)) {
                kept.add(0, entry);
            }
        }
        entries = kept;
    }

    private static boolean isNeeded(Entry entry, Set<ByteBuffer> later, long tombstonesBeforeMs) {
        if (!entry.isCommitted() || entry.key == null || !later.add(ByteBuffer.wrap(entry.key))) {
            return false;
        }
        return entry.value != null || entry.timestampMs >= tombstonesBeforeMs;
    }

    /** Everything that was ever written, also what has been deleted since. */
    List<Entry> history() {
        return history;
    }

    /** The committed records that were ever written. */
    List<Entry> committed() {
        return history.stream().filter(Entry::isCommitted).toList();
    }

    /** The last committed value of each key, as of an offset; a record that is decided but not yet marked counts as given. */
    Map<ByteBuffer, byte[]> folded(long before, Set<Long> decided) {
        Map<ByteBuffer, byte[]> last = new HashMap<>();
        for (Entry entry : history) {
            if (entry.offset >= before) {
                break;
            }
            boolean counts = entry.isCommitted() || (entry.part != null && isDecided(entry.part, decided));
            if (counts && entry.key != null) {
                if (entry.value == null) {
                    last.remove(ByteBuffer.wrap(entry.key));
                } else {
                    last.put(ByteBuffer.wrap(entry.key), entry.value);
                }
            }
        }
        return last;
    }

    private boolean isDecided(Part part, Set<Long> decided) {
        return open.entrySet().stream()
                .anyMatch(entry -> entry.getValue() == part && decided.contains(entry.getKey()));
    }

    @Override
    public String toString() {
        return partition + "[" + startOffset + ", " + lastStableOffset() + ", " + endOffset + "]";
    }
}
