package io.pushrank.jobs.world;

import io.pushrank.jobs.world.Draw.Purpose;
import java.util.ArrayList;
import java.util.List;

/** What people read on. */
record Devices(WorldModel model) {

    record Device(long userId, long deviceId, String platform, boolean isPushCapable, long registeredAt) {}

    /** One or two devices; one user in eight has none that can be pushed to. */
    List<Device> of(Person person) {
        Draw draw = model.draw();
        long id = person.id();
        boolean isCapable = draw.uniform(Purpose.DEVICE_CAPABLE, id) < 0.88;
        List<Device> devices = new ArrayList<>();
        devices.add(device(person, 0, isCapable));
        if (draw.uniform(Purpose.DEVICE_SECOND, id) < 0.3) {
            devices.add(device(person, 1, isCapable && draw.uniform(Purpose.DEVICE_CAPABLE, id, 1) < 0.5));
        }
        return devices;
    }

    private Device device(Person person, int number, boolean isCapable) {
        Draw draw = model.draw();
        long id = person.id();
        double platform = draw.uniform(Purpose.DEVICE_PLATFORM, id, number);
        // The first device opened the account.
        long registeredAt = number == 0
                ? person.createdAt()
                : Draw.between(
                        person.createdAt(), model.options().end(), draw.uniform(Purpose.DEVICE_REGISTERED, id, number));
        return new Device(
                id,
                2 * id + number,
                platform < 0.5 ? "android" : platform < 0.85 ? "ios" : "web",
                isCapable,
                registeredAt);
    }
}
