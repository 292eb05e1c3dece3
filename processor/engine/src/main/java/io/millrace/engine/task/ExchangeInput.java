package io.millrace.engine.task;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.exchange.Control;
import io.millrace.engine.operator.exchange.ExchangeCodec;
import io.millrace.engine.operator.exchange.OriginCodec;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Input;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A repartition topic's partition: rows go on as they are, and control records of all upstream tasks move the watermark. */
final class ExchangeInput implements TaskInput {
    /** More than any cluster has partitions; a damaged record must not make the task allocate channels without end. */
    private static final int MAX_UPSTREAMS = 1 << 18;

    private final Input.FromExchange input;
    private final ExchangeCodec codec;
    private final Output out;
    private final Watermarks watermarks;
    private final List<Integer> channels = new ArrayList<>();
    private int upstreams;

    ExchangeInput(Input.FromExchange input, Output out, Watermarks watermarks) {
        this.input = input;
        this.codec = new ExchangeCodec(input.exchange().columns());
        this.out = out;
        this.watermarks = watermarks;
        // Until the first control record says how many upstream tasks there are, one unknown channel holds time back.
        channels.add(watermarks.addChannel());
    }

    @Override
    public String topic() {
        return input.exchange().topic();
    }

    @Override
    public long driftMs() {
        // Its rows are in Kafka already, and the sources upstream have a drift of their own.
        return Long.MAX_VALUE;
    }

    @Override
    public void process(InputRecord record) {
        Row row = read(record);
        if (row != null) {
            out.emit(row);
        }
    }

    /** The record's row, or null for a control record, which was taken in. */
    private @Nullable Row read(InputRecord record) {
        byte[] value = record.value();
        try {
            if (value == null) {
                throw new DecodeException("a null value has no place in a repartition topic");
            }
            if (!ExchangeCodec.isControl(value)) {
                return codec.decodeRow(value);
            }
            accept(ExchangeCodec.decodeControl(value));
            return null;
        } catch (DecodeException e) {
            // Not a matter of error policy: rows of this job would be lost without a trace.
            throw new JobFailedException(
                    record.topic() + "-" + record.partition() + "@" + record.offset() + ": " + e.getMessage()
                            + ". Repartition topics belong to the job alone; find the other writer, then reset the job",
                    e);
        }
    }

    private void accept(Control control) {
        if (control.upstreams() > MAX_UPSTREAMS) {
            throw new DecodeException("a control record of " + control.upstreams() + " upstream tasks");
        }
        while (channels.size() < control.upstreams()) {
            channels.add(watermarks.addChannel());
        }
        upstreams = channels.size();
        watermarks.update(channels.get(control.partition()), control.watermarkMs(), control.status());
    }

    @Override
    public @Nullable String channelName(int number) {
        int partition = channels.indexOf(number);
        return partition < 0 ? null : "task " + new TaskId(input.exchange().producerStage(), partition);
    }

    @Override
    public @Nullable Origin origin(InputRecord record) {
        for (RecordHeader header : record.headers()) {
            byte[] value = header.value();
            if (header.key().equals(OriginCodec.HEADER) && value != null) {
                return OriginCodec.decode(value);
            }
        }
        return null;
    }

    @Override
    public void silentFor(long elapsedMs) {
        // Idleness is the upstream's to find; it says so in its control records.
    }

    @Override
    public void advanceTo(long watermarkMs) {
        throw new IllegalStateException("the watermark of " + topic() + " comes by its control records");
    }

    @Override
    public void end() {
        throw new IllegalStateException("the end of " + topic() + " comes by its control records");
    }

    @Override
    public boolean ended() {
        return upstreams > 0
                && channels.stream().allMatch(channel -> watermarks.channelStatus(channel) == ChannelStatus.END);
    }

    @Override
    public void resume(List<Progress.Channel> left) {
        upstreams = left.size();
        for (int i = 0; i < left.size(); i++) {
            if (i == channels.size()) {
                channels.add(watermarks.addChannel());
            }
            watermarks.resume(channels.get(i), left.get(i));
        }
    }

    @Override
    public List<Progress.Channel> channels() {
        if (upstreams == 0) {
            return List.of();
        }
        return channels.stream().map(watermarks::progress).toList();
    }
}
