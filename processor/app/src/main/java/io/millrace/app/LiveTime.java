package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.serde.Column;
import io.millrace.serde.DataTypes;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import io.millrace.serde.json.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a running instance says of its event time: task by task, and which partition each waits for. */
final class LiveTime {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String UPSTREAM = "task ";
    private static final RowType ANSWER = RowType.of(new Column(
            "tasks",
            DataTypes.parse("ARRAY<ROW<task STRING, state STRING, time STRING, watermark STRING,"
                    + " heldBackBy STRING, heldBackAt STRING, heldBackSince STRING>>")));

    private LiveTime() {}

    /**
     * The answer of an instance's {@code /status}.
     *
     * @param address {@code host:port}
     * @throws CommandException if nobody answers there
     */
    static String ask(String address) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/status"))
                .timeout(TIMEOUT)
                .build();
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new CommandException(
                        ExitCode.FAILED,
                        "http://" + address + "/status answers " + answer.statusCode() + ": is that a Millrace?");
            }
            return answer.body();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "no instance answers at http://" + address
                            + ": is the job running on this machine, with this runtime.admin.listen? --admin HOST:PORT names another");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted");
        }
    }

    /**
     * The tasks of an answer in lines, one per task.
     *
     * @throws CommandException if it is no answer of an instance
     */
    static String text(String answer, Instant now) {
        Map<String, LiveTask> tasks = new LinkedHashMap<>();
        read(answer).forEach(task -> tasks.put(task.name, task));
        StringBuilder out = new StringBuilder();
        if (tasks.isEmpty()) {
            out.append("this instance has no task\n");
        }
        for (LiveTask task : tasks.values()) {
            out.append("task ").append(task.name).append("  ").append(task.state);
            out.append("  watermark ").append(task.watermark == null ? "unknown" : task.watermark);
            out.append("active".equals(task.time) ? "" : " (" + task.time + ")");
            appendChain(out, task, tasks, now);
            out.append('\n');
        }
        return out.toString();
    }

    /** From a task to the one that it waits for, and so on to a partition of a source, as far as this instance knows. */
    private static void appendChain(StringBuilder out, LiveTask task, Map<String, LiveTask> tasks, Instant now) {
        String separator = "  held back by ";
        LiveTask at = task;
        // An upstream task is of an earlier stage, so this ends.
        while (at != null && at.heldBackBy != null) {
            out.append(separator).append(at.heldBackBy);
            out.append(at.heldBackAt == null ? " (no time yet" : " (" + at.heldBackAt);
            if (at.heldBackSince != null) {
                long seconds = Instant.parse(at.heldBackSince).until(now, ChronoUnit.SECONDS);
                out.append(", for ").append(seconds).append(" s");
            }
            out.append(')');
            separator = ", that one by ";
            at = at.heldBackBy.startsWith(UPSTREAM) ? tasks.get(at.heldBackBy.substring(UPSTREAM.length())) : null;
        }
    }

    private static List<LiveTask> read(String answer) {
        try {
            Decoder decoder = new JsonFormat().decoder(new Format.Place("status", false, null), ANSWER);
            Object tasks = decoder.decode(answer.getBytes(UTF_8))[0];
            if (tasks instanceof List<?> list) {
                return list.stream()
                        .map(task -> LiveTask.of((@Nullable Object[]) task))
                        .toList();
            }
        } catch (DecodeException e) {
            throw new CommandException(ExitCode.FAILED, "that is no answer of an instance: " + e.getMessage());
        }
        throw new CommandException(ExitCode.FAILED, "that is no answer of an instance: it lists no tasks");
    }

    private record LiveTask(
            String name,
            @Nullable String state,
            @Nullable String time,
            @Nullable String watermark,
            @Nullable String heldBackBy,
            @Nullable String heldBackAt,
            @Nullable String heldBackSince) {
        static LiveTask of(@Nullable Object[] values) {
            return new LiveTask(
                    String.valueOf(values[0]),
                    (String) values[1],
                    (String) values[2],
                    (String) values[3],
                    (String) values[4],
                    (String) values[5],
                    (String) values[6]);
        }
    }
}
