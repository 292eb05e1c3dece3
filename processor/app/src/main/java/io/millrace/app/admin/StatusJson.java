package io.millrace.app.admin;

import io.millrace.engine.task.HeldBack;
import io.millrace.runtime.InstanceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of {@code /status}. */
final class StatusJson {
    /** What fits into four digits of a year; END watermarks do not. */
    private static final long MAX_SHOWN_MS =
            Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();

    private StatusJson() {}

    static String of(InstanceStatus status) {
        List<Object> tasks = new ArrayList<>();
        for (InstanceStatus.TaskView task : status.tasks()) {
            Map<String, @Nullable Object> view = new LinkedHashMap<>();
            view.put("task", task.task());
            view.put("state", task.state().name().toLowerCase(Locale.ROOT));
            view.put("time", task.time().toLowerCase(Locale.ROOT));
            view.put("watermark", watermark(task.watermarkMs()));
            HeldBack heldBack = task.heldBack();
            if (heldBack != null) {
                view.put("heldBackBy", heldBack.by());
                view.put("heldBackAt", watermark(heldBack.watermarkMs()));
                view.put(
                        "heldBackSince",
                        Instant.ofEpochMilli(heldBack.sinceMs()).toString());
            }
            InstanceStatus.RestoreView restore = task.restore();
            if (restore != null) {
                view.put("restoredPercent", restore.percent());
                view.put("remainingRecords", restore.remainingRecords());
                view.put("remainingBytes", restore.remainingBytes());
                view.put("waitsFor", restore.waitsFor());
            }
            tasks.add(view);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("live", status.live());
        all.put("ready", status.ready());
        all.put("reasons", status.reasons());
        all.put("checkpoints", status.checkpoints());
        all.put("tasks", tasks);
        return Json.write(all);
    }

    private static @Nullable String watermark(long ms) {
        return ms == Long.MIN_VALUE || ms > MAX_SHOWN_MS
                ? null
                : Instant.ofEpochMilli(ms).toString();
    }
}
