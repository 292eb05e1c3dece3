package io.millrace.engine.task;

import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.SourceClock;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Input;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A source topic's partition: records are decoded, and their event time moves the watermark. */
final class SourceInput implements TaskInput {
    private final Input.FromSource source;
    private final String topic;
    private final int partition;
    private final Decoder decoder;
    private final Output out;
    private final Watermarks watermarks;
    private final int channel;
    private final TaskErrors errors;
    private final Tally recordsIn;
    private SourceClock clock;

    SourceInput(
            Input.FromSource source,
            String topic,
            int partition,
            Output out,
            Watermarks watermarks,
            TaskErrors errors) {
        this.source = source;
        this.topic = topic;
        this.partition = partition;
        this.decoder = source.decoder().get();
        this.out = out;
        this.watermarks = watermarks;
        this.channel = watermarks.addChannel();
        this.errors = errors;
        this.recordsIn = errors.tally(Tally.Kind.RECORDS_IN, source.name());
        this.clock = new SourceClock(source.lagMs(), source.idleMs(), Watermarks.NONE, ChannelStatus.ACTIVE);
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public long driftMs() {
        return source.driftMs();
    }

    @Override
    public void process(InputRecord record) {
        recordsIn.add(1);
        Row row = decode(record);
        if (row == null) {
            return;
        }
        // The row first: it may be pushed only under the watermark that stood before it.
        out.emit(row);
        clock.observe(row.timeMs());
        publish();
    }

    private @Nullable Row decode(InputRecord record) {
        byte[] value = record.value();
        try {
            if (value == null) {
                throw new DecodeException(
                        "the value is null (a tombstone), and " + source.name() + " is a stream, not a table");
            }
            @Nullable Object[] values = decoder.decode(value);
            Input.EventTime eventTime = source.eventTime();
            long timeMs = eventTime == null ? record.timestampMs() : eventTime.timeMs(values);
            if (timeMs == Input.EventTime.NONE) {
                throw new DecodeException("event.time is NULL");
            }
            return new Row(RowKind.INSERT, timeMs, values);
        } catch (io.millrace.serde.RetriableDecodeException e) {
            throw e;
        } catch (RuntimeException e) {
            errors.failed(source.name(), e);
            return null;
        }
    }

    @Override
    public @Nullable String channelName(int number) {
        return number == channel ? topic + "-" + partition : null;
    }

    @Override
    public Origin origin(InputRecord record) {
        return new Origin(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestampMs(),
                record.key(),
                record.value(),
                record.headers());
    }

    @Override
    public void silentFor(long elapsedMs) {
        ChannelStatus before = clock.status();
        clock.silentFor(elapsedMs);
        if (clock.status() != before) {
            publish();
        }
    }

    @Override
    public void advanceTo(long watermarkMs) {
        clock.advanceTo(watermarkMs);
        publish();
    }

    @Override
    public void end() {
        clock.end();
        publish();
    }

    @Override
    public boolean ended() {
        return clock.status() == ChannelStatus.END;
    }

    @Override
    public void resume(List<Progress.Channel> channels) {
        if (!channels.isEmpty()) {
            Progress.Channel left = channels.get(0);
            clock = new SourceClock(source.lagMs(), source.idleMs(), left.watermarkMs(), left.status());
            watermarks.resume(channel, left);
        }
    }

    @Override
    public List<Progress.Channel> channels() {
        return List.of(watermarks.progress(channel));
    }

    private void publish() {
        watermarks.update(channel, clock.watermarkMs(), clock.status());
    }
}
