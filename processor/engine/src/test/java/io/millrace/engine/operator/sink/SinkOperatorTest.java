package io.millrace.engine.operator.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.sink.SinkOperator.KeyPart;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.KeyValueStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SinkOperatorTest {
    private static final Encoder TEXT = values -> {
        List<String> words = new ArrayList<>();
        for (Object value : values) {
            if ("unwritable".equals(value)) {
                throw new EncodeException("column 0 cannot be written");
            }
            words.add(String.valueOf(value));
        }
        return String.join(",", words).getBytes(UTF_8);
    };

    private final Job job = new Job();

    @Test
    void a_row_becomes_a_record_of_its_columns_at_its_time() {
        sink(null).process(0, Row.of(7, "a", 1), Job.NOWHERE);
        assertThat(job.sent).containsExactly("out/-1@7 null=a,1");
        assertThat(job.count(Tally.Kind.RECORDS_OUT)).isEqualTo(1);
    }

    @Test
    void the_key_is_made_of_its_columns_in_their_order() {
        sink(new KeyPart(List.of(2, 0), () -> TEXT)).process(0, Row.of(7, "a", 1, "z"), Job.NOWHERE);
        assertThat(job.sent).containsExactly("out/-1@7 z,a=a,1,z");
    }

    @Test
    void updates_are_upserts_and_a_deletion_is_a_tombstone() {
        Operator sink = sink(new KeyPart(List.of(0), () -> TEXT));
        sink.process(0, new Row(RowKind.INSERT, 1, new Object[] {"a", 1}), Job.NOWHERE);
        sink.process(0, new Row(RowKind.UPDATE_BEFORE, 2, new Object[] {"a", 1}), Job.NOWHERE);
        sink.process(0, new Row(RowKind.UPDATE_AFTER, 3, new Object[] {"a", 2}), Job.NOWHERE);
        sink.process(0, new Row(RowKind.DELETE, 4, new Object[] {"a", 2}), Job.NOWHERE);
        assertThat(job.sent).containsExactly("out/-1@1 a=a,1", "out/-1@3 a=a,2", "out/-1@4 a=null");
        assertThat(job.count(Tally.Kind.RECORDS_OUT)).isEqualTo(3);
    }

    @Test
    void a_header_says_whether_a_result_is_final_where_that_is_asked_for() {
        Operator marking =
                SinkOperator.of("results", "out", () -> TEXT, null, true).create(job);
        for (Finality finality : Finality.values()) {
            marking.process(0, new Row(RowKind.INSERT, 1, finality, new Object[] {"a"}), Job.NOWHERE);
        }
        sink(null).process(0, new Row(RowKind.INSERT, 1, Finality.FINAL, new Object[] {"b"}), Job.NOWHERE);
        assertThat(job.sent)
                .containsExactly(
                        "out/-1@1 null=a",
                        "out/-1@1 null=a millrace.result: early",
                        "out/-1@1 null=a millrace.result: final",
                        "out/-1@1 null=a millrace.result: corrected",
                        "out/-1@1 null=b");
    }

    @Test
    void what_cannot_be_written_is_reported_and_not_counted_as_written() {
        Operator sink = sink(null);
        sink.process(0, Row.of(1, "unwritable"), Job.NOWHERE);
        sink.process(0, Row.of(2, "x".repeat(1_000)), Job.NOWHERE);
        assertThat(job.sent).isEmpty();
        assertThat(job.failures).containsExactly("results: column 0 cannot be written", "results: too large");
        assertThat(job.count(Tally.Kind.RECORDS_OUT)).isZero();
    }

    private Operator sink(@Nullable KeyPart key) {
        return SinkOperator.of("results", "out", () -> TEXT, key).create(job);
    }

    /** A job that tolerates errors and keeps what is sent. */
    private static final class Job implements OperatorContext, RecordSender {
        static final Output NOWHERE = new Output() {
            @Override
            public void emit(Row row) {
                throw new AssertionError("a sink emits nothing");
            }

            @Override
            public boolean isFull() {
                return false;
            }
        };

        private final List<String> sent = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private final Map<Tally.Kind, Tally> tallies = new EnumMap<>(Tally.Kind.class);

        @Override
        public void send(
                String topic,
                int partition,
                long timeMs,
                byte @Nullable [] key,
                byte @Nullable [] value,
                List<RecordHeader> headers) {
            if (value != null && value.length >= 1_000) {
                throw new RecordTooLargeException("too large");
            }
            StringBuilder record = new StringBuilder(topic + "/" + partition + "@" + timeMs);
            record.append(' ').append(text(key)).append('=').append(text(value));
            headers.forEach(header ->
                    record.append(' ').append(header.key()).append(": ").append(text(header.value())));
            sent.add(record.toString());
        }

        private static String text(byte @Nullable [] bytes) {
            return bytes == null ? "null" : new String(bytes, UTF_8);
        }

        long count(Tally.Kind kind) {
            return tally(kind, "results").take();
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public KeyValueStore store(String name) {
            throw new AssertionError("a sink has no store");
        }

        @Override
        public Tally tally(Tally.Kind kind, String step) {
            return tallies.computeIfAbsent(kind, name -> new Tally());
        }

        @Override
        public void failed(String step, RuntimeException cause) {
            failures.add(step + ": " + cause.getMessage());
        }

        @Override
        public @Nullable Origin origin() {
            return null;
        }

        @Override
        public boolean mayTrail() {
            return false;
        }

        @Override
        public long nowMs() {
            return 0;
        }

        @Override
        public RecordSender sender() {
            return this;
        }

        @Override
        public int partitions(String topic) {
            return 1;
        }
    }
}
