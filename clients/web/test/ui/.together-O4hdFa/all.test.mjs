import "file:///work/main/clients/web/test/ui/attack.test.mjs";
import "file:///work/main/clients/web/test/ui/axe.test.mjs";
import "file:///work/main/clients/web/test/ui/page.test.mjs";
import "file:///work/main/clients/web/test/ui/rooms.test.mjs";
