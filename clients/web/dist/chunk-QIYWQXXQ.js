var e;function d(o){e=o}function r(){if(!e)throw new Error("no model provided");return e}function n(o){return!!r().rooms.value?.all.value.has(o)}export{d as a,r as b,n as c};
